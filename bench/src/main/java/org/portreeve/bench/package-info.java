/**
 * Benchmarks that run each candidate beside what it is compared with, in one run, and the kill test
 * by command. Main thread.
 */
package org.portreeve.bench;
