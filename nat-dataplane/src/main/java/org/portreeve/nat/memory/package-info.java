/** Off-heap memory by absolute address, for rows and packets. Any thread; rows have one owner. */
package org.portreeve.nat.memory;
