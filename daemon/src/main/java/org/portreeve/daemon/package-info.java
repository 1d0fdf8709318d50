/**
 * The program: main, commands, and the wiring of the node. Main thread unless a class says
 * otherwise.
 */
package org.portreeve.daemon;
