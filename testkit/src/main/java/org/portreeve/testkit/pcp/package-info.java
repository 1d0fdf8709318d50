/**
 * PCP as a client of the tests speaks it, byte by byte and apart from the product's own codec. Any
 * thread.
 */
package org.portreeve.testkit.pcp;
