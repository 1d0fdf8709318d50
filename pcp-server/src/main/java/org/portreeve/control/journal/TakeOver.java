package org.portreeve.control.journal;

/** Decides what a new journal takes over from the one before it, which was lost. Pure. */
@FunctionalInterface
public interface TakeOver {
    /**
     * What the new journal is to begin with. No epoch: one that has an epoch has all of this.
     *
     * @param lost what is known of the journal that was lost
     * @param present what the new one has already, if a start before this one was cut short
     */
    JournalImage of(JournalImage lost, JournalImage present);
}
