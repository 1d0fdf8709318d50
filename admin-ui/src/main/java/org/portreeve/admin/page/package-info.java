/**
 * The pages of staff: what a browser asks for and the forms that it sends. Event loop of the admin
 * server.
 */
package org.portreeve.admin.page;
