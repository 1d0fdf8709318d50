package org.portreeve.daemon.command.pcp;

import java.io.IOException;
import java.io.PrintWriter;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.portreeve.pcp.client.PcpClient;
import org.portreeve.pcp.client.PcpOutcome;

/** The course of every PCP command: choose a server, ask, print, exit code. Main thread. */
final class PcpAsking {
    /** What is asked of the chosen server. */
    @FunctionalInterface
    interface Question {
        /** Sends it and waits for the outcome. */
        PcpOutcome ask(PcpClient client, InetSocketAddress server) throws IOException;
    }

    private PcpAsking() {}

    static int run(
            PcpTarget target,
            PrintWriter out,
            Question question,
            UnaryOperator<PcpAnswer> wording) {
        target.check();
        PcpAnswer answer;
        try {
            answer = ask(target, question);
        } catch (IOException e) {
            answer = PcpAnswer.unreachable(e);
        }
        return wording.apply(answer).print(out, target.isJson());
    }

    private static PcpAnswer ask(PcpTarget target, Question question) throws IOException {
        List<InetSocketAddress> candidates = target.candidates();
        Optional<InetSocketAddress> server = target.server(candidates);
        if (server.isEmpty()) {
            return PcpAnswer.noAnswer(candidates);
        }
        try (PcpClient client = target.open(server.get())) {
            PcpOutcome outcome = question.ask(client, server.get());
            return PcpAnswer.of(outcome, client, server.get());
        }
    }
}
