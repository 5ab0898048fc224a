using Doseline.Execution.V1;
using Doseline.Kernel.Rules;
using Doseline.Platform.Auth;
using Doseline.Platform.Messaging;
using Doseline.Platform.Rpc;
using Doseline.Testing;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Microsoft.Extensions.DependencyInjection;

namespace Doseline.Platform.Tests.Rpc;

/// <summary>What every call passes before its api class, seen from outside.</summary>
public sealed class PipelineTests : IAsyncLifetime
{
    TestPlatform platform = null!;

    public async Task InitializeAsync() => platform = await TestPlatform.StartAsync();

    public async Task DisposeAsync() => await platform.DisposeAsync();

    [Fact]
    public async Task A_call_needs_a_token_of_this_installation()
    {
        foreach (var token in new[] { null, "", "garbage", new DevelopmentTokens(Auth.TestKeys.Store(DevelopmentTokens.KeyName), platform.Clock).Issue(Person("planner"), TimeSpan.FromHours(1)) })
            await RefusedAsync(RefusalKind.Unauthenticated, "TOKEN_INVALID", () => new SchedulerService.SchedulerServiceClient(platform.Host.WithToken(token)).ListRunsAsync(new ListRunsRequest()));
    }

    [Fact]
    public async Task A_caller_needs_a_role_that_the_policy_names()
    {
        var refusal = await RefusedAsync(RefusalKind.Denied, "ROLE_NOT_ALLOWED", () => Steward("operator", "auditor", "administrator").PutEquipmentAsync(Put("E1")));
        refusal.Numbers["roles_needed"].ShouldBe("master_data_steward");
    }

    [Fact]
    public async Task A_method_for_a_service_is_for_that_service_and_for_no_person_of_its_name()
    {
        ReserveRequest request = new() { RequestId = TestPlatform.RequestId() };
        Caller dressed = new() { Subject = "service:orders", Name = "orders", Roles = ["planner"], Sites = ["*"] };
        foreach (var channel in new[] { platform.Host.As(dressed), platform.Host.As(dressed with { Subject = "person:x", Roles = ["service:orders"] }), platform.AsService("shipping") })
        {
            var fault = await Assert.ThrowsAsync<RpcException>(async () => await new SchedulerService.SchedulerServiceClient(channel).ReserveAsync(request));
            RpcErrors.Read(fault).Select(refusal => refusal.Code).ShouldBe(["ROLE_NOT_ALLOWED"]);
        }
    }

    [Fact]
    public async Task A_caller_acts_at_its_own_sites_only()
    {
        var planner = new SchedulerService.SchedulerServiceClient(platform.Host.As("Pia", ["planner"], "PHX"));
        await RefusedAsync(RefusalKind.Denied, "SITE_NOT_ALLOWED", () => planner.PlanRunAsync(new PlanRunRequest { RequestId = TestPlatform.RequestId(), SiteId = "MUC" }));
    }

    [Theory]
    [Requirement("A054")]
    [InlineData("")]
    [InlineData("01234567890123456789012345678901234567890123456789012345678901234")]
    public async Task A_change_needs_a_request_id_of_sane_length(string requestId)
    {
        var put = Put("E1");
        put.RequestId = requestId;
        await RefusedAsync(RefusalKind.Invalid, "REQUEST_ID_MISSING", () => Steward().PutEquipmentAsync(put));
    }

    [Fact]
    [Requirement("A054", "A182")]
    public async Task The_same_call_again_gets_the_same_answer_and_has_no_second_effect()
    {
        var put = Put("E1");
        var first = await Steward().PutEquipmentAsync(put);
        for (var i = 0; i < 3; i++) (await Steward().PutEquipmentAsync(put)).ShouldBe(first);
        (await Steward().ListEquipmentAsync(new ListEquipmentRequest())).Equipment.ShouldHaveSingleItem();
    }

    [Fact]
    [Requirement("A054", "A182")]
    public async Task The_same_call_many_times_at_once_gets_one_answer_and_has_one_effect()
    {
        var put = Put("E1");
        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Steward().PutEquipmentAsync(put).ResponseAsync));
        answers.Distinct().ShouldHaveSingleItem();
        (await Steward().ListEquipmentAsync(new ListEquipmentRequest())).Equipment.ShouldHaveSingleItem();
    }

    [Fact]
    [Requirement("A054", "A180")]
    public async Task The_same_request_id_with_another_payload_or_for_another_method_is_refused()
    {
        var put = Put("E1");
        await Steward().PutEquipmentAsync(put);
        var other = put.Clone();
        other.Equipment.Code = "E2";
        var refusal = await RefusedAsync(RefusalKind.State, "REQUEST_ID_REUSED", () => Steward().PutEquipmentAsync(other));
        refusal.Numbers["request_id"].ShouldBe(put.RequestId);
        await RefusedAsync(RefusalKind.State, "REQUEST_ID_REUSED", () => new RecipesService.RecipesServiceClient(platform.As("master_data_steward")).PutRecipeAsync(new PutRecipeRequest { RequestId = put.RequestId }));
    }

    [Fact]
    [Requirement("A054", "A180")]
    public async Task A_request_id_of_another_caller_is_refused_whatever_is_asked_under_it()
    {
        var put = Put("E1");
        await Steward().PutEquipmentAsync(put);
        EquipmentService.EquipmentServiceClient other = new(platform.Host.As("another steward", ["master_data_steward"]));
        await RefusedAsync(RefusalKind.State, "REQUEST_ID_REUSED", () => other.PutEquipmentAsync(put));
        put.Equipment.Code = "E2";
        await RefusedAsync(RefusalKind.State, "REQUEST_ID_REUSED", () => other.PutEquipmentAsync(put));
    }

    [Fact]
    [Requirement("A054", "A180")]
    public void What_a_call_causes_elsewhere_has_an_id_of_that_call_and_of_its_caller()
    {
        string Of(Caller caller, string request, string what) => new RequestContext { Caller = caller, CausationId = request }.Derived(what);
        Caller ann = Person("operator") with { Subject = "person:ann" }, bo = ann with { Subject = "person:bo" };
        var first = Of(ann, "r-1", "issue");
        Of(ann with { Sites = ["bos"] }, "r-1", "issue").ShouldBe(first);
        string[] others = [Of(bo, "r-1", "issue"), Of(ann, "r-2", "issue"), Of(ann, "r-1", "waste"), Of(Caller.Service("execution"), "r-1", "issue"), Of(Caller.Service("execution", "person:ann"), "r-1", "issue"), Of(Caller.Service("execution", "person:bo"), "r-1", "issue")];
        others.Append(first).Distinct().Count().ShouldBe(7);
    }

    [Fact]
    [Requirement("A074", "A184")]
    public async Task What_cannot_be_held_is_refused_with_every_field_before_anything_happens()
    {
        var put = Put("E\0");
        put.Equipment.QualificationDueTime = new Timestamp { Seconds = long.MaxValue };
        var refusals = await TestPlatform.RefusalsAsync(() => Steward().PutEquipmentAsync(put).ResponseAsync);
        refusals.Select(r => (r.Code, r.Subject)).ShouldBe([("TEXT_MALFORMED", "equipment.code"), ("TIME_OUT_OF_RANGE", "equipment.qualification_due_time")], ignoreOrder: true);
        await RefusedAsync(RefusalKind.Invalid, "TIME_OUT_OF_RANGE", () => new SchedulerService.SchedulerServiceClient(platform.As("planner")).ListRunsAsync(new ListRunsRequest { FromTime = new Timestamp { Nanos = int.MinValue } }));
    }

    [Fact]
    public async Task A_message_over_one_mebibyte_is_refused_by_the_transport()
    {
        foreach (var length in new[] { 1024 * 1024, 3 * 1024 * 1024 })
        {
            var fault = await Assert.ThrowsAsync<RpcException>(async () => await Steward().PutEquipmentAsync(Put(new string('x', length))));
            fault.StatusCode.ShouldBe(StatusCode.ResourceExhausted);
        }
    }

    [Fact]
    public async Task A_refusal_that_quotes_a_long_text_still_arrives()
    {
        var planner = new SchedulerService.SchedulerServiceClient(platform.As("planner"));
        var refusals = await TestPlatform.RefusalsAsync(() => planner.PlanRunAsync(new PlanRunRequest { RequestId = TestPlatform.RequestId(), SiteId = "PHX", RecipeCode = new string('ö', 100_000) }).ResponseAsync);
        refusals.ShouldNotBeEmpty();
    }

    [Fact]
    public async Task A_call_given_up_by_its_caller_changes_nothing()
    {
        using CancellationTokenSource cancelled = new();
        await cancelled.CancelAsync();
        var fault = await Assert.ThrowsAsync<RpcException>(async () => await Steward().PutEquipmentAsync(Put("E1"), cancellationToken: cancelled.Token));
        fault.StatusCode.ShouldBe(StatusCode.Cancelled);
        (await Steward().ListEquipmentAsync(new ListEquipmentRequest())).Equipment.ShouldBeEmpty();
    }

    [Fact]
    public void No_method_is_served_that_is_not_in_the_table() =>
        platform.Host.Services.GetRequiredService<MethodTable>().Services.DistinctBy(s => s.FullName, StringComparer.Ordinal).Count().ShouldBe(platform.Host.Services.GetRequiredService<MethodTable>().Services.Count);

    static async Task<Refusal> RefusedAsync<T>(RefusalKind kind, string code, Func<AsyncUnaryCall<T>> call)
    {
        var refusal = (await TestPlatform.RefusalsAsync(() => call().ResponseAsync)).ShouldHaveSingleItem();
        (refusal.Kind, refusal.Code).ShouldBe((kind, code));
        return refusal;
    }

    EquipmentService.EquipmentServiceClient Steward(params string[] roles) => new(platform.As(roles is [] ? ["master_data_steward"] : roles));

    PutEquipmentRequest Put(string code) => new()
    {
        RequestId = TestPlatform.RequestId(),
        Reason = "new",
        Equipment = new Equipment { Code = code, EquipmentClass = EquipmentClass.HotCell, SiteId = "PHX", RoomId = "R1", QualificationDueTime = platform.Now.AddDays(30).ToWire(), CalibrationDueTime = platform.Now.AddDays(30).ToWire(), ClearanceLimitBq = 1e6 },
    };

    static Caller Person(string role) => new() { Subject = "person:ann", Name = "Ann", Roles = [role], Sites = ["*"] };
}
