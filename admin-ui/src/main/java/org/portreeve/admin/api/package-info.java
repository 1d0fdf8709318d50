/** The REST API and the document that describes it. Event loop of the admin server. */
package org.portreeve.admin.api;
