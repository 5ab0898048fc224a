namespace Doseline.Kernel.Messaging;

/// <summary>The request or fact that the running code works for, for singletons that cannot have it injected.</summary>
public interface ICurrentRequest
{
    /// <summary>The request; null outside of one.</summary>
    RequestContext? Current { get; }
}
