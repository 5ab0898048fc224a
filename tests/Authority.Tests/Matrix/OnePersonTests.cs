using Doseline.Authority.Tests.Support;
using Doseline.Identity.V1;
using Doseline.Kernel.Rules;
using Doseline.Platform.Auth;
using Doseline.Platform.Messaging;
using Doseline.Platform.Rpc;
using Doseline.Quality.V1;
using Doseline.Testing;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using Google.Protobuf.WellKnownTypes;
using Grpc.AspNetCore.Server;
using Grpc.Core;
using Grpc.Core.Interceptors;
using Microsoft.Extensions.DependencyInjection;

namespace Doseline.Authority.Tests.Matrix;

/// <summary>A person who comes by another provider's login is the person who joined here, in every method and in every rule that asks for another one.</summary>
public sealed class OnePersonTests : IAsyncLifetime
{
    const string Subject = "login.example.org:ann";

    readonly Witnessed seen = new();
    Staff staff = null!;
    Caller ann = null!;

    public async Task InitializeAsync()
    {
        staff = await Staff.StartAsync(builder => builder.Services.AddSingleton(seen).Configure<GrpcServiceOptions>(grpc => grpc.Interceptors.Add<Witnessed>()));
        ann = await staff.JoinAsync("ann", "Ann Lee", [Roles.MasterData], externalSubject: Subject);
    }

    public async Task DisposeAsync() => await staff.Platform.DisposeAsync();

    [Fact]
    [Requirement("A068", "A178")]
    [Clause("21 CFR 11.100(a)")]
    public async Task Every_method_sees_the_person_and_none_the_subject()
    {
        string[] everything = [.. Roles.All.Where(r => r != Roles.Partner)];
        var methods = staff.Platform.Host.Services.GetRequiredService<MethodTable>().Methods.Values.ToList();
        foreach (var method in methods)
        {
            var (_, refusals, _) = await RawCalls.CallAsync(staff.Elsewhere("login.example.org:stranger", everything), method, Empty(method));
            refusals.Select(r => r.Code).ShouldBe(["PERSON_NOT_JOINED"], method.Name);
        }

        seen.Subjects.ShouldNotContainKey("login.example.org:stranger");
        foreach (var method in methods.Where(m => !m.Descriptor.IsServerStreaming)) await RawCalls.CallAsync(staff.Elsewhere(Subject, everything), method, Empty(method));
        seen.Subjects.ShouldNotContainKey(Subject);
        seen.Subjects[ann.Subject].Count.ShouldBeGreaterThan(methods.Count / 2);
    }

    public static TheoryData<string, string> Rules => new()
    {
        { "specification", "APPROVER_IS_AUTHOR" }, { "training", "OWN_TRAINING" }, { "role", "OWN_RIGHTS" }, { "second signature", "SECOND_PERSON_NEEDED" }, { "witness", "OWN_RECORD" }, { "lock", "OWN_RECORD" },
    };

    [Theory]
    [MemberData(nameof(Rules))]
    [Requirement("A068", "P09")]
    [Clause("21 CFR 11.200(a)(3)")]
    public async Task Another_login_is_no_other_person(string rule, string code)
    {
        var (here, elsewhere) = (staff.In(ann, "s-1"), staff.Elsewhere(Subject, Roles.Qa));
        (await TestPlatform.RefusalsAsync(() => ActAsync(rule, here, elsewhere))).Select(r => r.Code).ShouldContain(code);
    }

    [Fact]
    [Requirement("P09")]
    [Clause("21 CFR 11.200(a)(3)")]
    public async Task No_act_of_two_persons_is_done_by_one_through_any_pair_of_her_sessions_and_logins_nor_with_an_account_that_was_reset()
    {
        string[] everything = [.. Roles.All.Where(r => r != Roles.Partner)];
        var zoe = await staff.JoinAsync("zoe", "Zoe Roe", everything, externalSubject: "login.example.org:zoe");
        var bob = await staff.JoinAsync("bob", "Bob Poe", everything, confirmed: false);
        (string Name, CallInvoker At)[] ways =
            [("one session", staff.In(zoe, "z-1")), ("another session", staff.In(zoe, "z-2")), ("the other provider", staff.Elsewhere("login.example.org:zoe", everything))];
        var acts = staff.Platform.Host.Services.GetRequiredService<MethodTable>().Methods.Values
            .Where(m => m.Policy.Signature is not null && m.Descriptor.InputType.FindFieldByName("second_signature") is { FieldType: FieldType.String }).ToList();
        List<string> wrong = [];
        foreach (var act in acts)
        {
            foreach (var first in ways)
            {
                foreach (var second in ways)
                {
                    var request = Empty(act);
                    act.Chooser?.Accessor.SetValue(request, "orders");
                    var (one, other) = (await SignAsync(first.At, act.Name, request, login: "zoe"), await SignAsync(second.At, act.Name, request, second: true, login: "zoe"));
                    act.Descriptor.InputType.FindFieldByName("signature").Accessor.SetValue(request, one);
                    act.Descriptor.InputType.FindFieldByName("second_signature").Accessor.SetValue(request, other);
                    foreach (var caller in ways)
                    {
                        var (_, refusals, _) = await RawCalls.CallAsync(caller.At, act, request);
                        if (refusals.All(r => r.Code is not "SECOND_PERSON_NEEDED")) wrong.Add($"{act.Name} by {first.Name} and {second.Name}: {string.Join(',', refusals.Select(r => r.Code))}");
                    }
                }
            }

            // Whose password somebody else has given signs nothing, first or second.
            foreach (var isSecond in new[] { false, true })
            {
                var signed = (await TestPlatform.RefusalsAsync(() => SignAsync(staff.In(bob, "b-1"), act.Name, Empty(act), second: isSecond, login: "bob"))).Select(r => r.Code);
                if (!signed.Contains("PERSON_NOT_CONFIRMED")) wrong.Add($"{act.Name} by an account that was reset: {string.Join(',', signed)}");
            }
        }

        wrong.ShouldBeEmpty();
        acts.Count.ShouldBeGreaterThanOrEqualTo(5);
    }

    [Fact]
    [Requirement("P09")]
    public async Task Whose_password_somebody_else_gave_does_nothing_under_a_procedure_before_a_witness_has_confirmed_her()
    {
        var bob = await staff.JoinAsync("bob", "Bob Poe", [.. Roles.All.Where(r => r != Roles.Partner)], confirmed: false);
        var methods = staff.Platform.Host.Services.GetRequiredService<MethodTable>().Methods.Values
            .Where(m => m.Policy is { Mutates: true, Procedure.Length: > 0 } policy && (policy.AnyRole || policy.Roles.Any(Roles.All.Contains))).ToList();
        List<string> wrong = [];
        foreach (var method in methods)
        {
            var request = Empty(method);
            method.Chooser?.Accessor.SetValue(request, "orders");
            var (_, refusals, _) = await RawCalls.CallAsync(staff.In(bob, "b-1"), method, request);
            // What is signed is asked for its signature first, which she cannot give either.
            if (!refusals.Any(r => r.Code is "PERSON_NOT_CONFIRMED" or "SIGNATURE_REQUIRED")) wrong.Add($"{method.Name}: {string.Join(',', refusals.Select(r => r.Code))}");
        }

        wrong.ShouldBeEmpty();
        methods.Count.ShouldBeGreaterThan(50);
    }

    async Task ActAsync(string rule, CallInvoker here, CallInvoker elsewhere)
    {
        switch (rule)
        {
            case "specification":
                var draft = (await new SpecificationsService.SpecificationsServiceClient(here).PutSpecificationAsync(new PutSpecificationRequest
                {
                    RequestId = TestPlatform.RequestId(), ProductCode = "LU-PSMA", SpecificationVersion = 1, ProductName = "Lutetium", DosageForm = "solution", EffectiveTime = Timestamp.FromDateTimeOffset(TestPlatform.Start),
                    Tests = { new SpecificationTest { Code = "RCP", Name = "Radiochemical purity", Method = "AM-014 v3", Unit = "%", Low = 95, Scope = TestScope.Batch, Timing = TestTiming.BeforeRelease } },
                })).Specification;
                ApproveSpecificationRequest approve = new() { RequestId = TestPlatform.RequestId(), SpecificationId = draft.SpecificationId, Version = draft.Version };
                approve.Signature = await SignAsync(elsewhere, "/doseline.quality.v1.SpecificationsService/ApproveSpecification", approve);
                await new SpecificationsService.SpecificationsServiceClient(elsewhere).ApproveSpecificationAsync(approve);
                break;
            case "training":
                await new TrainingService.TrainingServiceClient(elsewhere).RecordTrainingAsync(new RecordTrainingRequest
                {
                    RequestId = TestPlatform.RequestId(), PersonId = ann.Subject, Code = "dispensing", ProcedureVersion = 1, TrainTime = Timestamp.FromDateTimeOffset(TestPlatform.Start), Evidence = "test 7", Reason = "trained",
                });
                break;
            case "role":
                var proposed = (await new PeopleService.PeopleServiceClient(staff.Platform.As(Roles.Administrator)).ProposeRoleAsync(new ProposeRoleRequest
                {
                    RequestId = TestPlatform.RequestId(), HolderId = ann.Subject, Role = Roles.RadiationSafety, SiteId = "*", Reason = "hired",
                })).Assignment;
                await new PeopleService.PeopleServiceClient(elsewhere).ApproveRoleAsync(new ApproveRoleRequest { RequestId = TestPlatform.RequestId(), AssignmentId = proposed.AssignmentId, Version = proposed.Version, Reason = "agreed" });
                break;
            case "second signature":
                AuthoriseOutageReleaseRequest ask = new() { RequestId = TestPlatform.RequestId(), SiteId = "bos", DoseIds = { "dose-1" } };
                const string method = "/doseline.quality.v1.OutageReleaseService/AuthoriseOutageRelease";
                (ask.Signature, ask.SecondSignature) = (await SignAsync(elsewhere, method, ask), await SignAsync(staff.In(ann with { Roles = [Roles.Qa] }, "s-2"), method, ask, second: true));
                await new OutageReleaseService.OutageReleaseServiceClient(elsewhere).AuthoriseOutageReleaseAsync(ask);
                break;
            case "witness":
                ConfirmPersonRequest confirm = new() { RequestId = TestPlatform.RequestId(), PersonId = ann.Subject, Version = 1, Reason = "it is me" };
                confirm.Signature = await SignAsync(elsewhere, "/doseline.identity.v1.PeopleService/ConfirmPerson", confirm);
                await new PeopleService.PeopleServiceClient(elsewhere).ConfirmPersonAsync(confirm);
                break;
            default:
                await new PeopleService.PeopleServiceClient(elsewhere).LockPersonAsync(new LockPersonRequest { RequestId = TestPlatform.RequestId(), PersonId = ann.Subject, Reason = "myself" });
                break;
        }
    }

    static async Task<string> SignAsync(CallInvoker at, string method, IMessage request, bool second = false, string login = "ann") => (await new SigningService.SigningServiceClient(at).SignAsync(new SignRequest
    {
        Method = method, RequestJson = JsonFormatter.Default.Format(request), LoginName = login, Password = Staff.Password, Zone = "Europe/Berlin", SecondPerson = second,
    })).Signature;

    static IMessage Empty(RpcMethod method)
    {
        var request = method.Descriptor.InputType.Parser.ParseFrom([]);
        method.RequestId?.Accessor.SetValue(request, TestPlatform.RequestId());
        return request;
    }

    /// <summary>Whom methods took their caller for.</summary>
    sealed class Witnessed : Interceptor
    {
        public System.Collections.Concurrent.ConcurrentDictionary<string, System.Collections.Concurrent.ConcurrentBag<string>> Subjects { get; } = new(StringComparer.Ordinal);

        public override Task<TResponse> UnaryServerHandler<TRequest, TResponse>(TRequest request, ServerCallContext context, UnaryServerMethod<TRequest, TResponse> continuation)
        {
            Subjects.GetOrAdd(context.GetHttpContext().RequestServices.GetRequiredService<RequestContext>().Caller.Subject, _ => []).Add(context.Method);
            return continuation(request, context);
        }
    }
}
