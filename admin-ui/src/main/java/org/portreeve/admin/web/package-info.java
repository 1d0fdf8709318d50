/**
 * What pages and API share: the table of routes, one visit at a time, and the gate that every
 * request passes. Event loop of the admin server; what blocks runs on worker threads.
 */
package org.portreeve.admin.web;
