/** The certificate that browsers see. Blocking: worker threads, before the server starts. */
package org.portreeve.admin.tls;
