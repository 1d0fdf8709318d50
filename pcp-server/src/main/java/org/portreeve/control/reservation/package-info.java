/** Static mappings that staff edit, and what stands in their way: immutable values. Any thread. */
package org.portreeve.control.reservation;
