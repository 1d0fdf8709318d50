package org.portreeve.bench.pcp;

import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.portreeve.bench.traffic.Order.Operation;
import org.portreeve.testkit.lab.Lab;
import org.portreeve.testkit.lab.LabException;
import org.portreeve.testkit.lab.LabOptions;

/**
 * Where a run measures: the product and its rival, each started when it is first needed and kept to
 * the end of the run. Main thread.
 */
public final class Grounds implements AutoCloseable {
    private static final int COLD_SECONDS = 60;
    private static final int WARM_SECONDS = 10;

    /** A burst of 100 requests at 20 a second, the default of a profile. */
    private static final long REST_MILLIS = 5_000;

    /** Beyond the hold-down time of a port, two minutes. */
    private static final long PORTS_REST_MILLIS = 130_000;

    private final int shards;
    private final int rounds;
    private final int seconds;
    private final Set<Operation> warm = EnumSet.noneOf(Operation.class);
    private Optional<Product> product = Optional.empty();
    private Optional<Stage> miniupnpd = Optional.empty();

    /**
     * Nothing runs yet.
     *
     * @param rounds samples of everything that is taken in turns
     * @param seconds length of a sample
     */
    public Grounds(int shards, int rounds, int seconds) {
        this.shards = shards;
        this.rounds = rounds;
        this.seconds = seconds;
    }

    int shards() {
        return shards;
    }

    int rounds() {
        return rounds;
    }

    int seconds() {
        return seconds;
    }

    /**
     * How long a server is asked before it is measured. The product's code is being compiled for
     * most of a minute, by the processors that are measured.
     */
    int warmUpSeconds(Server server, Operation operation) {
        boolean isCold = server == Server.PORTREEVE && warm.add(operation);
        return Math.max(isCold ? COLD_SECONDS : WARM_SECONDS, seconds);
    }

    /** Until the ports that were deleted before have rested: the ends of a million are work too. */
    void awaitRests() {
        Pauses.sleep(PORTS_REST_MILLIS);
    }

    /** Until each subscriber may ask its burst again, where the same ones asked before. */
    void rest(Operation operation) {
        if (operation == Operation.RENEW) {
            Pauses.sleep(REST_MILLIS);
        }
    }

    Product product() {
        if (product.isEmpty()) {
            product = Optional.of(Product.open(shards));
        }
        return product.get();
    }

    /** The lab in which a server can be asked. */
    Stage stage(Server server) {
        return switch (server) {
            case ECHO, PORTREEVE -> product().stage();
            case MINIUPNPD -> miniupnpd();
        };
    }

    /** The servers that can be measured here with so many mappings. */
    List<Server> servers(long mappings) {
        boolean hasRival = mappings <= Miniupnpd.MOST_MAPPINGS && Miniupnpd.missing().isEmpty();
        return hasRival ? List.of(Server.values()) : List.of(Server.ECHO, Server.PORTREEVE);
    }

    private Stage miniupnpd() {
        if (miniupnpd.isEmpty()) {
            Lab lab = Lab.open(LabOptions.standard());
            try {
                Miniupnpd.start(lab);
                miniupnpd = Optional.of(new Stage(lab));
            } catch (LabException e) {
                lab.close();
                throw e;
            }
        }
        return miniupnpd.get();
    }

    @Override
    public void close() {
        product.ifPresent(Product::close);
        miniupnpd.ifPresent(Stage::close);
    }
}
