package org.portreeve.upnp.gena;

import org.portreeve.upnp.device.EventedService;

/**
 * A request to subscribe or to end a subscription; absent headers are empty. Immutable.
 *
 * @param subscriber the id of whom the caller belongs to
 * @param callerIp who asks
 * @param isSubscribe false for UNSUBSCRIBE
 */
public record GenaRequest(
        EventedService service,
        String subscriber,
        int callerIp,
        boolean isSubscribe,
        String callback,
        String notificationType,
        String sid,
        String timeout) {}
