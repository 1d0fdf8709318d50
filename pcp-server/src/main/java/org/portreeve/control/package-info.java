/** Port control: every request for a port is decided here. Event loop only. */
package org.portreeve.control;
