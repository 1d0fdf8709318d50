package org.portreeve.bench.differential;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.portreeve.testkit.host.Datagram;
import org.portreeve.testkit.host.Host;
import org.portreeve.testkit.host.UdpSocket;
import org.portreeve.testkit.lab.Lab;
import org.portreeve.testkit.lab.LabException;
import org.portreeve.testkit.lab.Namespace;
import org.portreeve.testkit.pcp.PcpRequests;

/** A server that is asked, by a subscriber of its lab. */
final class Asked implements AutoCloseable {
    /** Both answer within a few milliseconds, or not at all; the machine may be busy. */
    private static final Duration PATIENCE = Duration.ofMillis(1_500);

    private static final Duration AT_ONCE = Duration.ofMillis(1);

    private final Host subscriber;
    private final UdpSocket socket;

    private Asked(Host subscriber) {
        this.subscriber = subscriber;
        this.socket = subscriber.udp(Lab.SUB, 0);
    }

    static Asked in(Lab lab) {
        return new Asked(Host.in(lab, Namespace.SUB));
    }

    /** What it answers to each datagram, in words. */
    List<String> answers(Question question) {
        List<String> answers = new ArrayList<>();
        for (byte[] datagram : question.datagrams()) {
            if (socket.receive(AT_ONCE).isPresent()) {
                throw new LabException(
                        "an answer came later than "
                                + PATIENCE
                                + ": nothing else may run here now");
            }
            socket.send(datagram, Lab.CGN_INSIDE, PcpRequests.SERVER_PORT);
            Optional<byte[]> answer = socket.receive(PATIENCE).map(Datagram::bytes);
            answers.add(Reading.of(datagram, answer));
        }
        return answers;
    }

    @Override
    public void close() {
        socket.close();
        subscriber.close();
    }
}
