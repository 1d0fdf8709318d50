/**
 * Pages and REST API for operations staff, over the use cases of port control. Empty until pages
 * are served. Event loop only.
 */
package org.portreeve.admin;
