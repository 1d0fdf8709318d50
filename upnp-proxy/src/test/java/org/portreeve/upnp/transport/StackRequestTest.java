package org.portreeve.upnp.transport;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.lang.reflect.Proxy;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.jupnp.protocol.ProtocolFactory;
import org.portreeve.control.counter.Counters;
import org.portreeve.upnp.counter.UpnpCounter;

class StackRequestTest {
    private final Counters<UpnpCounter> counters = new Counters<>(UpnpCounter.class);

    static List<Throwable> defects() {
        return List.of(
                new IllegalStateException("a defect"),
                new StackOverflowError(),
                new NoClassDefFoundError("a defect"));
    }

    @ParameterizedTest
    @MethodSource("defects")
    void stackThatBreaksIsAnsweredForAndCounted(Throwable defect) {
        assertEquals(List.of(500), answers(defect));
        assertEquals(1, counters.value(UpnpCounter.HTTP_FAILED));
    }

    /** What is answered when the stack breaks like this. */
    private List<Integer> answers(Throwable defect) {
        var stack =
                (ProtocolFactory)
                        Proxy.newProxyInstance(
                                getClass().getClassLoader(),
                                new Class<?>[] {ProtocolFactory.class},
                                (_, _, _) -> {
                                    throw defect;
                                });
        var answers = new ArrayList<Integer>();
        var peers =
                new StackRequest.Peers(
                        InetAddress.getLoopbackAddress(), InetAddress.getLoopbackAddress());
        StackRequest.document("/x", peers, stack, reply -> answers.add(reply.status()), counters)
                .run();
        return answers;
    }
}
