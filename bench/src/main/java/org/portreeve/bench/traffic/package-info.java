/**
 * Programs that run in the lab's namespaces: what sends and what answers. Main thread, and threads
 * that it starts.
 */
package org.portreeve.bench.traffic;
