/**
 * The same requests to the product and to miniupnpd, and where their answers differ. Main thread.
 */
package org.portreeve.bench.differential;
