/**
 * The lab: a subscriber, a CGN and an Internet in namespaces of their own, for the demonstration,
 * the end-to-end tests and the benchmarks. The product is started as a process, never called. One
 * caller's thread per lab unless a class says otherwise.
 */
package org.portreeve.testkit.lab;
