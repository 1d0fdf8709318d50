/** What the translator is built from: immutable values, checked where they are read. Any thread. */
package org.portreeve.nat.config;
