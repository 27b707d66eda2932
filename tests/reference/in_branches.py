"""Prints tests/run/in_branches.case: what loops and branches make of arrays, statement by statement."""
import numpy as np
rng=np.random.default_rng(5)
more=np.random.default_rng(6)
def fmt(a): return ' '.join(repr(float(v)) for v in np.ravel(a))
out=[]
for n in (1,2,5,9):
    A=np.round(rng.uniform(-1,1,(n,n))*64)/64+np.eye(n)*(n+1)
    B=A.copy()
    for k in range(n):
        for i in range(k+1,n):
            B[i,k]=B[i,k]/B[k,k]
            for j in range(k+1,n): B[i,j]-=B[i,k]*B[k,j]
    out.append(f"case lu\nsize n {n}\ninput A {fmt(A)}\noutput s {float((B**2).sum())!r}")
    x=np.round(rng.uniform(0,1,n)*64)/64+1/128
    y=x.copy()
    for i in range(n):
        if y[i]>0.5: y[i]=0.5*y[i]**2
    out.append(f"case halved\nsize n {n}\ninput x {fmt(x)}\noutput y {fmt(y)}")
    y=x.copy(); z=np.zeros(n)
    for i in range(n):
        if y[i]>0.5: y[i]=y[0]*y[i]; z[i]=y[i]-1
        else: y[i]=y[i]**2
    out.append(f"case sides\nsize n {n}\ninput x {fmt(x)}\noutput s {float(np.sum(np.sin(y))+np.sum(y*z))!r}")
    D=np.zeros((n,n))
    for i in range(1,n):
        for j in range(1,n): D[i,j]=x[i]*x[j]+max(D[i-1,j],D[i,j-1])
    out.append(f"case table\nsize n {n}\ninput x {fmt(x)}\noutput s {float(D[n-1,n-1])!r}")
    v=x.copy()
    for i in range(n):
        for j in range(i): v[i]=v[i]+0.1*np.sin(v[j])
    out.append(f"case below\nsize n {n}\ninput x {fmt(x)}\noutput s {float((v**2).sum())!r}")
    y=np.round(rng.uniform(-1,1,n)*64)/64; X=x.copy(); Y=y.copy()
    for t in range(n):
        if 0.6>X[t]: X,Y=Y,X
        elif t>0: X=X[::-1].copy(); Y[t]=X[0]*0.5
    out.append(f"case swapped\nsize n {n}\ninput x {fmt(x)}\ninput y {fmt(y)}\noutput s {float(np.sum(X*np.arange(n))+np.sum(np.sin(Y)))!r}")
    u=(more.permutation(n)*8+3)/16
    y=u.copy()
    for i in range(n):
        for j in range(n-1):
            if y[j]<y[j+1]: y[j],y[j+1]=y[j+1],y[j]
    out.append(f"case sorted_down\nsize n {n}\ninput x {fmt(u)}\noutput s {float(np.sum(y*np.arange(n)))!r}")
    X=np.round(more.uniform(-1,1,(n,3))*64)/64; R=X.copy(); M=X.copy()
    for t in range(1,n):
        if x[t]>0.5: R[t]=np.tanh(R[t-1]*2)
        elif x[t]>0.25: R[t]=R[t]*R[t-1]+R[0]
        else: R[t-1]=R[t]**2
    out.append(f"case rows\nsize n {n}\ninput x {fmt(x)}\ninput X {fmt(X)}\noutput s {float(np.sum(R**2*np.arange(1,4)))!r}")
    for t in range(1,n):
        if x[t]>0.5: M[t]=np.sin(M[t-1])
        else: M[t,0]=M[t-1,0]**2; M[t-1,1]=M[t,2]
    out.append(f"case mixed\nsize n {n}\ninput x {fmt(x)}\ninput X {fmt(X)}\noutput s {float(np.sum(M**2*np.arange(1,4)))!r}")
    y=x.copy(); s=0.0
    for t in range(1,n):
        y[t]=np.sin(y[t-1])*y[t]
        s=s+y[t]**2*y[t-1]
        if y[t]>0.1: s=s+y[t]*y[t-1]; y[t]=s
        else: s=s*y[t]
    out.append(f"case read_again\nsize n {n}\ninput x {fmt(x)}\noutput s {float(s+np.sum(y**2))!r}")
    y=x.copy(); k=more.integers(0,n,n)
    for t in range(n):
        if x[t]>0.4: y[k[t]]=y[k[t]]*x[t]+y[t]
    out.append(f"case at_ints\nsize n {n}\ninput x {fmt(x)}\ninput k {' '.join(str(v) for v in k)}\noutput s {float(np.sum(y**3))!r}")
    y=x.copy()
    for t in range(n):
        if x[t]>0.4:
            for j in range(t): y[j]=y[j]*x[t]+y[t]
            y[t]=y[0]
    out.append(f"case loops\nsize n {n}\ninput x {fmt(x)}\noutput s {float(np.sum(y**3))!r}")
print('\n'.join(out))
