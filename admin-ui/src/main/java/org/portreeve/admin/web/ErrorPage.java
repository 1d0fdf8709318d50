package org.portreeve.admin.web;

/** How a refusal looks in a browser. */
@FunctionalInterface
public interface ErrorPage {
    /**
     * The whole page.
     *
     * @param visit who asked; may not be logged in
     */
    String render(Visit visit, int status, String title, String detail);
}
