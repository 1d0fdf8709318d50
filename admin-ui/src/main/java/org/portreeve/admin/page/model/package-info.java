/**
 * What each page says, before any HTML: one immutable value for each template, and the rows of its
 * tables. Any thread.
 */
package org.portreeve.admin.page.model;
