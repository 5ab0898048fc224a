using Doseline.Kernel.Rules;
using Doseline.Orders.V1;
using Doseline.Platform.Messaging;
using Grpc.Core;

namespace Doseline.Platform.Tests.Stage;

/// <summary>Answers a customer's id with what is known of the caller; some ids make it go otherwise.</summary>
sealed class CustomersStage(OrdersDb db, RequestContext request, Troubles troubles) : CustomersService.CustomersServiceBase
{
    public const string Refused = "refused", Missing = "missing", Failing = "failing", Told = "told", Slow = "slow", Deaf = "deaf", Large = "large", TooLarge = "too large";

    public override async Task<GetCustomerResponse> GetCustomer(GetCustomerRequest sent, ServerCallContext context)
    {
        var cancel = context.CancellationToken;
        switch (sent.CustomerId)
        {
            case Refused:
                List<Refusal> refusals = [Refusal.Invalid("customer_id", "ID_ODD", "An odd one: é, ü.").With("most", 5), Refusal.State("customers/1", "CUSTOMER_ASLEEP", "It sleeps.")];
                refusals.ThrowIfAny();
                break;
            case Missing: throw new RefusedException(Refusal.Missing($"customers/{sent.CustomerId}", "CUSTOMER_UNKNOWN", "No such customer."));
            case Failing: throw new InvalidOperationException("What is wrong inside stays inside.");
            case Told: throw new RpcException(new Status(StatusCode.OutOfRange, "told as it is"), [new("why", "because"), new("why-bin", [1, 2, 255])]);
            case Slow:
                await Task.Delay(Timeout.Infinite, cancel);
                break;
            case Deaf:
                await troubles.Held.Task;
                break;
        }

        var length = sent.CustomerId switch { Large => 3_000_000, TooLarge => 5_000_000, _ => 0 };
        return new GetCustomerResponse
        {
            Customer = new Customer
            {
                CustomerId = sent.CustomerId, Code = $"{request.Caller.Subject} {request.Caller.OnBehalfOf}", Name = $"{request.CorrelationId} {request.Zone}", AddressLines = { sent.Code, new string('x', length) },
            },
        };
    }

    public override async Task<PutCustomerResponse> PutCustomer(PutCustomerRequest sent, ServerCallContext context)
    {
        var cancel = context.CancellationToken;
        if (await db.LoadAsync<ThingRow>(cancel, sent.Customer.Code) is not null) throw new RefusedException(Refusal.State($"customers/{sent.Customer.Code}", "CODE_TAKEN", "There is one already."));
        db.Put(new ThingRow { Id = sent.Customer.Code, Name = sent.Customer.Name, MadeTime = db.Now });
        db.Publish(sent.Customer.Code, new CustomerPublished { CustomerId = sent.Customer.Code, Code = sent.Customer.Code });
        return await db.AnswerAsync(new PutCustomerResponse { Customer = new Customer { CustomerId = db.Ids.New(), Code = sent.Customer.Code, Version = 1 } }, cancel);
    }
}
