/** How commands end: exit codes, and failures that are told in one sentence. Any thread. */
package org.portreeve.daemon.exit;
