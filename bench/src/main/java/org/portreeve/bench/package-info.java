/** Benchmarks that run each candidate beside what it is compared with. Main thread. */
package org.portreeve.bench;
