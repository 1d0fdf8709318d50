/**
 * What staff, commands and applications are shown of port control: immutable values. Any thread.
 */
package org.portreeve.control.view;
