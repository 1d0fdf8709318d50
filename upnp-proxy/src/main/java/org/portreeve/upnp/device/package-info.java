/**
 * The gateway as a device: its tree of devices and services in two versions, and which of them is
 * shown to whom. Immutable values; any thread.
 */
package org.portreeve.upnp.device;
