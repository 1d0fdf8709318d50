package org.portreeve.upnp.xml;

import static org.junit.jupiter.api.Assertions.assertNull;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import javax.xml.parsers.ParserConfigurationException;
import org.w3c.dom.Document;
import org.xml.sax.InputSource;
import org.xml.sax.SAXException;
import org.xml.sax.helpers.DefaultHandler;

/** Bodies of requests. */
class XmlFuzzTest {
    private static final StrictXml XML = new StrictXml();

    @FuzzTest(maxDuration = "1m")
    void anyBodyIsADocumentWithoutATypeOrIsRefused(byte[] body)
            throws IOException, ParserConfigurationException {
        try {
            var input = new InputSource(new ByteArrayInputStream(body));
            Document document = XML.parse(input, new DefaultHandler());
            assertNull(document.getDoctype());
        } catch (SAXException _) {
            // Refused: whoever sent it is answered 400.
        }
    }
}
