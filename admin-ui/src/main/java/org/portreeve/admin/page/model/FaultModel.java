package org.portreeve.admin.page.model;

import org.portreeve.admin.page.part.Frame;

/**
 * A page that could not be shown, or a change that could not be made. Immutable.
 *
 * @param status of HTTP
 * @param detail what happened and what to do, in sentences
 * @param href where to go on
 * @param link what is there
 */
public record FaultModel(Frame frame, int status, String detail, String href, String link) {}
