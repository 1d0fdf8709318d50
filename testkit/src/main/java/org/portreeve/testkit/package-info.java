/** What every test may use: conformance tags and seeds. Any thread. */
package org.portreeve.testkit;
