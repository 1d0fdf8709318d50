/**
 * What the admin server counts and writes down, and the worker threads that it does so on. Any
 * thread.
 */
package org.portreeve.admin.record;
