/**
 * The commands of the program: arguments in, plain sentences or JSON out, an exit code. Main
 * thread.
 */
package org.portreeve.daemon.command;
