/** The commands that are a PCP client. Main thread. */
package org.portreeve.daemon.command.pcp;
