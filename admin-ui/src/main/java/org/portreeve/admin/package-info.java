/**
 * Pages and REST API for operations staff, over the use cases of port control. Empty until pages
 * are served.
 */
package org.portreeve.admin;
