package org.portreeve.bench.dataplane;

/**
 * One measurement. Immutable.
 *
 * @param figure what was measured, in the unit of its measurement
 * @param packets what the time of processors is divided by
 * @param cpu what was worked meanwhile
 */
public record Sample(double figure, double packets, CpuClock cpu) {
    /** Busy time of the whole machine, both ends included, for each packet. */
    public double machineNs() {
        return cpu.machineNs() / packets;
    }

    /** Busy time of the node's process for each packet; 0 where there is none. */
    public double nodeNs() {
        return cpu.processNs() / packets;
    }
}
