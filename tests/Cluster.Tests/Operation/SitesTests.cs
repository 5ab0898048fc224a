using System.Reflection;
using Doseline.Common.V1;
using Doseline.Kernel.Rules;
using Doseline.Platform.Rpc;
using Doseline.Testing;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using Grpc.Core;

namespace Doseline.Cluster.Tests.Operation;

/// <summary>Several sites in one installation: whoever has rights at one has none at another, whatever the method.</summary>
public sealed class SitesTests
{
    [Fact]
    [Requirement("A239")]
    public async Task No_method_that_names_a_site_lets_in_somebody_of_another_site()
    {
        await using var platform = await TestPlatform.StartAsync();
        var methods = Methods().Where(m => PolicyOf(m).SiteField.Length > 0).ToList();
        methods.Count.ShouldBeGreaterThan(10);
        List<string> open = [];
        foreach (var method in methods)
        {
            var policy = PolicyOf(method);
            var role = policy.AnyRole ? Roles.Auditor : policy.Roles.FirstOrDefault(r => !r.StartsWith("service:", StringComparison.Ordinal));
            if (role is null) continue;
            var request = (IMessage)Activator.CreateInstance(method.InputType.ClrType)!;
            method.InputType.FindFieldByName(policy.SiteField).Accessor.SetValue(request, "other-site");
            try
            {
                await CallAsync(platform.Host.As("Someone", [role], "own-site"), method, request);
                open.Add(method.FullName);
            }
            catch (RpcException fault)
            {
                if (!RpcErrors.Read(fault).Any(r => r.Code is "SITE_NOT_ALLOWED" && r.Numbers["site_id"] == "other-site")) open.Add($"{method.FullName}: {fault.Status}");
            }
        }

        open.ShouldBeEmpty();
    }

    static async Task CallAsync(CallInvoker invoker, MethodDescriptor method, IMessage request)
    {
        var bytes = Marshallers.Create(b => b, b => b);
        var service = method.Service.FullName;
        if (method.IsServerStreaming)
        {
            using var stream = invoker.AsyncServerStreamingCall(new Method<byte[], byte[]>(MethodType.ServerStreaming, service, method.Name, bytes, bytes), null, default, request.ToByteArray());
            await stream.ResponseStream.MoveNext(CancellationToken.None);
            return;
        }

        await invoker.AsyncUnaryCall(new Method<byte[], byte[]>(MethodType.Unary, service, method.Name, bytes, bytes), null, default, request.ToByteArray());
    }

    static Policy PolicyOf(MethodDescriptor method) => method.GetOptions().GetExtension(PolicyExtensions.Policy);

    static IEnumerable<MethodDescriptor> Methods() => typeof(Policy).Assembly.GetTypes()
        .Where(t => t.Name.EndsWith("Reflection", StringComparison.Ordinal))
        .Select(t => t.GetProperty("Descriptor", BindingFlags.Public | BindingFlags.Static)?.GetValue(null)).OfType<FileDescriptor>()
        .Where(f => f.Package.StartsWith("doseline.", StringComparison.Ordinal)).DistinctBy(f => f.Name).SelectMany(f => f.Services).SelectMany(s => s.Methods);
}
