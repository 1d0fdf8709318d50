/**
 * The operations web UI and API as the daemon starts them: over HTTPS for staff, over a local
 * socket for commands. Any thread may start and close; requests are served on one event loop.
 */
package org.portreeve.admin;
