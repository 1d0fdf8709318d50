/** What parts of a node count, and how it is read. Any thread. */
package org.portreeve.control.counter;
