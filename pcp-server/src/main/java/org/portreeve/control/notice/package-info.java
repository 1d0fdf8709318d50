/**
 * What an operator should read in the log of overload and abuse: which line, about whom, and how
 * often at most. Decides and counts; a shell writes the lines. Event loop only.
 */
package org.portreeve.control.notice;
