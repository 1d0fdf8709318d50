/**
 * A host of the lab that a test plays: sockets in a namespace, worked through a small process there
 * by lines of text. One caller's thread per host.
 */
package org.portreeve.testkit.host;
