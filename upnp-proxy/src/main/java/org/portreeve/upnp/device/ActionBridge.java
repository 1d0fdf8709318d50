package org.portreeve.upnp.device;

import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import org.jupnp.model.action.ActionArgumentValue;
import org.jupnp.model.action.ActionException;
import org.jupnp.model.action.ActionExecutor;
import org.jupnp.model.action.ActionInvocation;
import org.jupnp.model.action.RemoteActionInvocation;
import org.jupnp.model.meta.ActionArgument;
import org.jupnp.model.meta.LocalService;
import org.jupnp.model.types.InvalidValueException;
import org.portreeve.control.counter.Counters;
import org.portreeve.upnp.counter.UpnpCounter;
import org.portreeve.upnp.igd.ActionCall;
import org.portreeve.upnp.igd.ActionOutcome;
import org.portreeve.upnp.igd.IgdFault;
import org.portreeve.upnp.igd.IgdVersion;

/**
 * Hands an invocation of the stack to the loop of the gateway and waits for what comes of it. It
 * takes the place of the stack's own service manager, which lets one action in at a time and fails
 * the others after half a second. Any thread but the loop's; a virtual one, as it waits.
 */
final class ActionBridge implements ActionExecutor {
    /** WANIPConnection:2 §2.5.3: an action is answered within 30 s. */
    private static final long LIMIT_SECONDS = 25;

    private final IgdVersion version;
    private final Function<ActionCall, CompletionStage<ActionOutcome>> handler;
    private final Executor loop;
    private final Counters<UpnpCounter> counters;

    ActionBridge(
            IgdVersion version,
            Function<ActionCall, CompletionStage<ActionOutcome>> handler,
            Executor loop,
            Counters<UpnpCounter> counters) {
        this.version = version;
        this.handler = handler;
        this.loop = loop;
        this.counters = counters;
    }

    @Override
    @SuppressWarnings("rawtypes") // The stack's own signature.
    public void execute(ActionInvocation<LocalService> invocation) {
        counters.increment(UpnpCounter.ACTIONS);
        if (invocation.getFailure() != null) {
            // Its arguments could not be read.
            counters.increment(UpnpCounter.ACTIONS_REFUSED);
            return;
        }
        ActionOutcome outcome = call(new ActionCall(version, callerIp(invocation), in(invocation)));
        switch (outcome) {
            case ActionOutcome.Done(Map<String, String> results) -> out(invocation, results);
            case ActionOutcome.Failed(IgdFault fault) -> fail(invocation, fault);
        }
    }

    private ActionOutcome call(ActionCall call) {
        var answer = new CompletableFuture<ActionOutcome>();
        loop.execute(() -> start(call, answer));
        try {
            return answer.get(LIMIT_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return ActionOutcome.failed(IgdFault.ACTION_FAILED);
        } catch (TimeoutException e) {
            return ActionOutcome.failed(IgdFault.ACTION_FAILED);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof RejectedExecutionException) {
                counters.increment(UpnpCounter.ACTIONS_BUSY);
                return ActionOutcome.failed(IgdFault.ACTION_FAILED);
            }
            // A broken promise of port control: the gateway goes on, and the cause is logged.
            throw new IllegalStateException("an action could not be decided", e.getCause());
        }
    }

    private void start(ActionCall call, CompletableFuture<ActionOutcome> answer) {
        try {
            handler.apply(call)
                    .whenComplete((outcome, failure) -> {
                        if (failure == null) {
                            answer.complete(outcome);
                        } else {
                            answer.completeExceptionally(failure);
                        }
                    });
        } catch (RuntimeException e) {
            answer.completeExceptionally(e);
        }
    }

    @SuppressWarnings("rawtypes") // The stack's own signature.
    private static int callerIp(ActionInvocation<LocalService> invocation) {
        // Invocations come from HTTP alone, so there is a remote address, and IPv4 is all we bind.
        InetAddress address =
                ((RemoteActionInvocation) (ActionInvocation<?>) invocation)
                        .getRemoteClientInfo()
                        .getRemoteAddress();
        return ByteBuffer.wrap(address.getAddress()).getInt();
    }

    @SuppressWarnings("rawtypes") // The stack's own signature.
    private static Map<String, String> in(ActionInvocation<LocalService> invocation) {
        var arguments = new HashMap<String, String>();
        for (ActionArgumentValue<LocalService> value : invocation.getInput()) {
            arguments.put(value.getArgument().getName(), value.toString());
        }
        return arguments;
    }

    @SuppressWarnings("rawtypes") // The stack's own signature.
    private static void out(
            ActionInvocation<LocalService> invocation, Map<String, String> results) {
        try {
            for (ActionArgument<LocalService> argument :
                    invocation.getAction().getOutputArguments()) {
                invocation.setOutput(
                        new ActionArgumentValue<>(argument, results.get(argument.getName())));
            }
        } catch (InvalidValueException e) {
            throw new IllegalStateException("a result does not fit its type", e);
        }
    }

    @SuppressWarnings("rawtypes") // The stack's own signature.
    private void fail(ActionInvocation<LocalService> invocation, IgdFault fault) {
        counters.increment(UpnpCounter.ACTIONS_REFUSED);
        invocation.setFailure(new ActionException(fault.code(), fault.text()));
    }
}
