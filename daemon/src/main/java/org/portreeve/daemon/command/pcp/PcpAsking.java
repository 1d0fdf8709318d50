package org.portreeve.daemon.command.pcp;

import java.io.IOException;
import java.io.PrintWriter;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.portreeve.daemon.exit.ExitCode;
import org.portreeve.pcp.client.Keeping;
import org.portreeve.pcp.client.PcpClient;
import org.portreeve.pcp.client.PcpOutcome;
import org.portreeve.pcp.client.Wish;

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

    /** What is wanted of the chosen server. */
    @FunctionalInterface
    interface Wanting {
        /** The wish, once the server is known. */
        Wish wish(PcpClient client, InetSocketAddress server);
    }

    /** Asks for a mapping and, if that is wanted, keeps it until the process is stopped. */
    static int wish(PcpTarget target, PcpWanted wanted, PrintWriter out, Wanting wanting) {
        if (!wanted.isKept()) {
            return run(
                    target,
                    out,
                    (client, server) ->
                            client.exchange(
                                    wanting.wish(client, server).request(client.clientAddress()),
                                    target.timeout()),
                    UnaryOperator.identity());
        }
        target.check();
        try {
            return keep(target, out, wanting);
        } catch (IOException e) {
            return PcpAnswer.unreachable(e).print(out, target.isJson());
        } catch (InterruptedException _) {
            return ExitCode.SUCCESS;
        }
    }

    private static int keep(PcpTarget target, PrintWriter out, Wanting wanting)
            throws IOException, InterruptedException {
        List<InetSocketAddress> candidates = target.candidates();
        Optional<InetSocketAddress> server = target.server(candidates);
        if (server.isEmpty()) {
            return PcpAnswer.noAnswer(candidates).print(out, target.isJson());
        }
        try (PcpClient client = target.open(server.get())) {
            Keeping keeping = target.keeping(client, wanting.wish(client, server.get()));
            PcpOutcome last =
                    keeping.keep(
                            target.timeout(),
                            outcome ->
                                    PcpAnswer.of(outcome, client, server.get())
                                            .print(out, target.isJson()));
            return PcpAnswer.of(last, client, server.get()).exitCode();
        }
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
