/**
 * What is measured of translators and beside which others, each in a lab of its own. Main thread.
 */
package org.portreeve.bench.dataplane;
