/** The commands that ask a running node through its control socket. Main thread. */
package org.portreeve.daemon.command.node;
