package org.portreeve.upnp.xml;

import java.io.IOException;
import java.util.concurrent.ArrayBlockingQueue;
import javax.xml.XMLConstants;
import javax.xml.parsers.DocumentBuilder;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;
import org.w3c.dom.Document;
import org.xml.sax.ErrorHandler;
import org.xml.sax.InputSource;
import org.xml.sax.SAXException;

/**
 * Parses XML that strangers wrote: no document type, so nothing is expanded or fetched, and bounded
 * depth. Parsers are kept, as making one costs more than parsing. Any thread.
 */
final class StrictXml {
    /** An envelope has four levels; the rest is for headers that we skip. */
    private static final int MAX_DEPTH = 32;

    /** Attributes of one element. */
    private static final int MAX_ATTRIBUTES = 64;

    /** Parsers that are kept; more are made when more requests are read at once. */
    private static final int KEPT_PARSERS = 16;

    private final DocumentBuilderFactory factory = DocumentBuilderFactory.newInstance();
    private final ArrayBlockingQueue<DocumentBuilder> kept = new ArrayBlockingQueue<>(KEPT_PARSERS);

    StrictXml() {
        try {
            factory.setNamespaceAware(true);
            factory.setXIncludeAware(false);
            factory.setExpandEntityReferences(false);
            factory.setFeature(XMLConstants.FEATURE_SECURE_PROCESSING, true);
            factory.setFeature("http://apache.org/xml/features/disallow-doctype-decl", true);
            factory.setAttribute(XMLConstants.ACCESS_EXTERNAL_DTD, "");
            factory.setAttribute(XMLConstants.ACCESS_EXTERNAL_SCHEMA, "");
            factory.setAttribute("jdk.xml.maxElementDepth", Integer.toString(MAX_DEPTH));
            factory.setAttribute("jdk.xml.elementAttributeLimit", Integer.toString(MAX_ATTRIBUTES));
        } catch (ParserConfigurationException e) {
            throw new IllegalStateException("the JDK's XML parser lacks a safety feature", e);
        }
    }

    /** The document, or {@link SAXException} for what is not acceptable XML. */
    Document parse(InputSource input, ErrorHandler errors)
            throws SAXException, IOException, ParserConfigurationException {
        DocumentBuilder parser = kept.poll();
        if (parser == null) {
            parser = factory.newDocumentBuilder();
        }
        try {
            parser.setErrorHandler(errors);
            return parser.parse(input);
        } finally {
            parser.reset();
            // A full pool is fine: the parser is garbage then.
            var _ = kept.offer(parser);
        }
    }
}
