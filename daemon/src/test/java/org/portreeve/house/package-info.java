/** Rules of the house as tests: sources, packages, generated documents. Test thread only. */
package org.portreeve.house;
