package org.portreeve.upnp.xml;

import java.io.IOException;
import java.util.regex.Pattern;
import javax.xml.parsers.ParserConfigurationException;
import org.jupnp.model.UnsupportedDataException;
import org.jupnp.model.action.ActionArgumentValue;
import org.jupnp.model.action.ActionException;
import org.jupnp.model.action.ActionInvocation;
import org.jupnp.model.message.control.ActionRequestMessage;
import org.jupnp.model.meta.ActionArgument;
import org.jupnp.model.types.Datatype.Builtin;
import org.jupnp.model.types.InvalidValueException;
import org.jupnp.transport.impl.SOAPActionProcessorImpl;
import org.w3c.dom.Document;
import org.w3c.dom.Node;
import org.w3c.dom.NodeList;
import org.xml.sax.ErrorHandler;
import org.xml.sax.InputSource;
import org.xml.sax.SAXException;

/**
 * The stack's reader and writer of SOAP with {@link StrictXml} as its parser. Arguments may come in
 * any order and with anything beside them; a missing or badly typed one becomes the failure of the
 * invocation. Any thread.
 */
@SuppressWarnings({"rawtypes", "unchecked"}) // The stack's own signatures.
public final class StrictSoap extends SOAPActionProcessorImpl {
    /** UDA counts missing and badly typed arguments as this. */
    private static final int INVALID_ARGS = 402;

    private static final Pattern NUMBER = Pattern.compile("[0-9]{1,10}");

    private final StrictXml xml = new StrictXml();

    @Override
    public void readBody(ActionRequestMessage request, ActionInvocation invocation) {
        try {
            super.readBody(request, invocation);
        } catch (UnsupportedDataException e) {
            if (e.getCause() instanceof ActionException fault) {
                // Thrown, it would be a line in the log for whoever wants to fill the disk.
                invocation.setFailure(fault);
            } else {
                throw new BadXmlException(e);
            }
        }
    }

    @Override
    protected Document readDocument(InputSource input, ErrorHandler errors)
            throws SAXException, IOException, ParserConfigurationException {
        return xml.parse(input, errors);
    }

    @Override
    protected ActionArgumentValue[] readArgumentValues(NodeList elements, ActionArgument[] wanted)
            throws ActionException {
        var values = new ActionArgumentValue[wanted.length];
        for (int i = 0; i < wanted.length; i++) {
            values[i] = createValue(wanted[i], text(elements, wanted[i]));
        }
        return values;
    }

    @Override
    protected ActionArgumentValue createValue(ActionArgument argument, String text)
            throws ActionException {
        Builtin type = argument.getDatatype().getBuiltin();
        String stripped = text.strip();
        boolean isNumber = Builtin.isNumeric(type);
        boolean isMissing = type != Builtin.STRING && stripped.isEmpty();
        // The stack reads negative numbers as 0.
        if (isMissing || (isNumber && !NUMBER.matcher(stripped).matches())) {
            throw invalidArgs();
        }
        try {
            return new ActionArgumentValue(argument, type == Builtin.STRING ? text : stripped);
        } catch (InvalidValueException e) {
            throw invalidArgs();
        }
    }

    private String text(NodeList elements, ActionArgument argument) throws ActionException {
        for (int i = 0; i < elements.getLength(); i++) {
            Node element = elements.item(i);
            if (element.getNodeType() == Node.ELEMENT_NODE
                    && getUnprefixedNodeName(element).equals(argument.getName())) {
                return element.getTextContent();
            }
        }
        throw invalidArgs();
    }

    private static ActionException invalidArgs() {
        return new ActionException(INVALID_ARGS, "Invalid Args");
    }
}
