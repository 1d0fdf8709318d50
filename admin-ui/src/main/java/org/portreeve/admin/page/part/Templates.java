package org.portreeve.admin.page.part;

import gg.jte.ContentType;
import gg.jte.TemplateEngine;
import gg.jte.output.StringOutput;

/**
 * Templates compiled with the program; each takes its page's model and escapes all text that it is
 * given. Immutable; any thread.
 */
public final class Templates {
    private static final String PACKAGE = "org.portreeve.admin.page.template";

    private final TemplateEngine engine =
            TemplateEngine.createPrecompiled(
                    null, ContentType.Html, Templates.class.getClassLoader(), PACKAGE);

    /** The whole page. */
    public String page(String template, Object model) {
        var out = new StringOutput();
        engine.render(template + ".jte", model, out);
        return out.toString();
    }
}
