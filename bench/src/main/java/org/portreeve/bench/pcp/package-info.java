/**
 * What is measured of servers of port control and beside which others, in labs where packets are
 * forwarded meanwhile. Main thread.
 */
package org.portreeve.bench.pcp;
