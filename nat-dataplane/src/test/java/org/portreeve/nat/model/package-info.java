/**
 * The translator seen from its packet interface: a slow, obvious model of what it ought to do, and
 * tests that hold the shards to it. One thread plays everybody.
 */
package org.portreeve.nat.model;
